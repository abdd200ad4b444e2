"""Addresses of the ground floor."""

from django.urls import path

from departments.views import comments, commitments, issues, my, pulse, remind, replies, session, update_link

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
    path("commitments/", commitments.index, name="commitments"),
    path("commitments/new/", commitments.new, name="commitment_new"),
    path("commitments/panel/", commitments.panel, name="commitments_panel"),
    path("commitments/<int:pk>/", commitments.show, name="commitment"),
    path("commitments/<int:pk>/close/", commitments.close, name="commitment_close"),
    path("commitments/<int:pk>/move/", commitments.move, name="commitment_move"),
    path("pulse/", pulse.show, name="pulse"),
    path("pulse/panel/", pulse.panel, name="pulse_panel"),
    path("issues/new/", issues.new, name="issue_new"),
    path("issues/<int:pk>/solve/", issues.solve, name="issue_solve"),
    path("my/", my.show, name="my"),
    path("my/<int:pk>/", my.row, name="my_row"),
    path("departments/<str:key>/remind/", remind.send, name="remind"),
    path("u/<str:token>/", update_link.use, name="update_link"),
]
