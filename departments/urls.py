"""Addresses of the ground floor."""

from django.urls import path

from departments.views import comments, replies, session

app_name = "departments"
urlpatterns = [
    path("theme/", session.theme, name="theme"),
    path("sign-in-as/<str:username>/", session.sign_in_as, name="sign_in_as"),
    path("comments/", comments.panel, name="comments"),
    path("comments/mine/", comments.mine, name="comments_mine"),
    path("comments/people/", comments.people, name="comments_people"),
    path("comments/<int:pk>/edit/", comments.edit, name="comment_edit"),
    path("comments/<int:pk>/resolve/", comments.resolve, name="comment_resolve"),
    path("comments/<int:pk>/reopen/", comments.reopen, name="comment_reopen"),
    path("replies/", replies.panel, name="reply"),
]
