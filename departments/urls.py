"""Addresses of the ground floor."""

from django.urls import path
from django.views.generic import RedirectView

from departments.discussion.views import comments, commitments, issues, pulse, replies
from departments.people.views import account, audit, first_account, invitations, people, session
from departments.scorecards.urls import urlpatterns as scorecards
from departments.updates.views import my, remind, update_link

app_name = "departments"
# Bookmarks hold it.
_moved_settings = RedirectView.as_view(pattern_name="pipeline:settings_company", permanent=True)
urlpatterns = [
    path("theme/", session.theme, name="theme"),
    path("start/", session.start, name="start"),
    path("sign-in-as/<str:username>/", session.sign_in_as, name="sign_in_as"),
    path("account/", account.account_page, name="account"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("audit/access/", audit.readers, name="audit_access"),
    path("set-up/<str:token>/", first_account.first_account, name="first_account"),
    path("invitations/<str:token>/", invitations.accept, name="invitation"),
    path("people/", people.people_list, name="people"),
    path("people/settings/", _moved_settings, name="people_settings"),
    path("people/invitations/<int:pk>/resend/", people.resend, name="people_resend"),
    path("people/invitations/<int:pk>/revoke/", people.revoke, name="people_revoke"),
    path("people/<int:pk>/", people.person_detail, name="people_person"),
    path("people/<int:pk>/active/", people.active, name="people_active"),
    path("people/<int:pk>/roles/", people.role_add, name="people_role_add"),
    path("people/<int:pk>/roles/<int:membership>/", people.role_edit, name="people_role_edit"),
    path("people/<int:pk>/roles/<int:membership>/remove/", people.role_remove, name="people_role_remove"),
    path("comments/", comments.comments_panel, name="comments"),
    path("comments/mine/", comments.my_threads, name="comments_mine"),
    path("comments/people/", comments.mentionable_people, name="comments_people"),
    path("comments/<int:pk>/edit/", comments.edit, name="comment_edit"),
    path("comments/<int:pk>/resolve/", comments.resolve, name="comment_resolve"),
    path("comments/<int:pk>/reopen/", comments.reopen, name="comment_reopen"),
    path("replies/", replies.replies_panel, name="reply"),
    path("commitments/", commitments.commitment_list, name="commitments"),
    path("commitments/new/", commitments.commitment_new, name="commitment_new"),
    path("commitments/panel/", commitments.commitments_panel, name="commitments_panel"),
    path("commitments/<int:pk>/", commitments.commitment_detail, name="commitment"),
    path("commitments/<int:pk>/close/", commitments.close, name="commitment_close"),
    path("commitments/<int:pk>/move/", commitments.move, name="commitment_move"),
    path("pulse/", pulse.pulse_page, name="pulse"),
    path("pulse/panel/", pulse.pulse_panel, name="pulse_panel"),
    path("issues/new/", issues.issue_new, name="issue_new"),
    path("issues/<int:pk>/solve/", issues.solve, name="issue_solve"),
    path("my/", my.my_updates, name="my"),
    path("my/<int:pk>/", my.my_row_save, name="my_row"),
    path("departments/<key:key>/remind/", remind.send, name="remind"),
    path("u/<str:token>/", update_link.use, name="update_link"),
    *scorecards,
]
