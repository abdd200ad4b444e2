"""Addresses of the ground floor."""

from django.urls import path

from departments.views import session

app_name = "departments"
urlpatterns = [
    path("theme/", session.theme, name="theme"),
    path("sign-in-as/<str:username>/", session.sign_in_as, name="sign_in_as"),
]
