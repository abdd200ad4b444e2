"""Addresses of the ground floor."""

from django.urls import path

from departments import views

app_name = "departments"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("sign-in-as/<str:username>/", views.sign_in_as, name="sign_in_as"),
]
