"""People are asked in by mail: a link that works once, for a week, for one address."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from django.utils import timezone

from departments.models import Company, Department, Invitation, Membership, User
from departments.people.services.errors import InvitationInvalid, LastExecutive, PeopleError, RoleRefused
from departments.people.services.invitations import (
    invitation_accept,
    invitation_address,
    invitation_create,
    invitation_mail_send,
    invitation_renew,
)
from departments.people.services.people import person_active_set, role_change, role_grant, role_revoke
from revenue_health.settings.mail import mailers

pytestmark = pytest.mark.django_db
GIVEN = {"first_name": "Nora", "last_name": "Lind", "username": "nora", "password": "quiet-river-stone"}


@pytest.fixture
def legal() -> Department:
    return Department.objects.create(key="legal", name="Legal")


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", "quiet-river-stone")
    Membership.objects.create(user=user, role=role)
    return user


@pytest.fixture
def ceo() -> User:
    return person("ceo", "executive")


@pytest.fixture
def analyst() -> User:
    return person("analyst", "analyst")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def invitation(ceo: User, legal: Department) -> Invitation:
    return invitation_create(
        email="nora@example.com", role="head", department=legal, invited_by=ceo, now=timezone.now()
    )


def token(invitation: Invitation) -> str:
    return invitation_address(invitation).split("/")[-2]


def links_shown(reader: User) -> set[str]:
    """What the invitation links on a reader's page of people open: their signed part. The part after it is the second
    in which a page was made, so whole links of one invitation differ from one second to the next."""
    page = signed_in(reader).get("/people/").content.decode()
    return {link.split(":")[0] for link in re.findall(r"/invitations/([\w-]+:[\w:-]+)/", page)}


def opened_by(invitation: Invitation) -> str:
    return token(invitation).split(":")[0]


@pytest.fixture
def mailbox(settings: Any) -> Iterator[list[str]]:
    """A real mail server; yields what arrives."""
    arrived: list[str] = []

    class Keeps:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (its name)
            arrived.append(envelope.content.decode())
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Keeps(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = mailers(f"smtp://127.0.0.1:{port}", "")
    yield arrived
    controller.stop()


def test_a_name_of_several_lines_is_one_line_of_a_subject(invitation: Invitation, mailbox: list[str]) -> None:
    Company.objects.update_or_create(
        defaults={"name": "Acme\r\nBcc: all@example.com", "reporting_currency": "EUR", "time_zone": "Europe/Berlin"}
    )
    assert invitation_mail_send(invitation=invitation.pk)
    head = mailbox[0].replace("\r\n", "\n").partition("\n\n")[0].replace("\n ", " ")
    assert "Subject: You are invited to Revenue Health of Acme Bcc: all@example.com" in head


def test_the_mail_arrives_and_its_link_works_once(invitation: Invitation, mailbox: list[str]) -> None:
    assert invitation_mail_send(invitation=invitation.pk)
    assert not invitation_mail_send(invitation=invitation.pk)
    [mail] = mailbox
    text = mail.replace("=\r\n", "").replace("=3D", "=")
    found = re.search(r"http://[^/]+(/invitations/\S+)", text)
    assert found
    client = Client()
    assert b"head of Legal" in client.get(found[1]).content
    assert client.post(found[1], GIVEN)["Location"] == "/start/"
    assert client.get("/account/").status_code == 200
    nora = User.objects.get(username="nora")
    assert (nora.email, nora.memberships.get().role) == ("nora@example.com", "head")
    again = Client().get(found[1])
    assert again.status_code == 410
    assert b"already been used" in again.content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"expires_at": timezone.now() - timedelta(hours=1)}, b"has expired"),
        ({"revoked_at": timezone.now()}, b"withdrawn"),
        ({"nonce": "another"}, b"newer mail"),
    ],
)
def test_a_link_that_does_not_work_says_why(invitation: Invitation, change: dict[str, Any], says: bytes) -> None:
    link = f"/invitations/{token(invitation)}/"
    Invitation.objects.filter(pk=invitation.pk).update(**change)
    for response in (Client().get(link), Client().post(link, GIVEN)):
        assert response.status_code == 410
        assert says in response.content
    assert not User.objects.filter(username="nora").exists()


@pytest.mark.parametrize("bad", ["x", "WzEsIngiXQ:1abcde:forged-signature", "%FF", "a" * 2000])
def test_a_made_up_link_is_none(bad: str) -> None:
    response = Client().get(f"/invitations/{bad}/")
    assert response.status_code == 410
    assert b"incomplete" in response.content


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "short"}, "at least 10"),
        ({"password": "password1234"}, "too common"),
        ({"username": "CEO"}, "user name is already taken"),
        ({"username": "a b"}, "valid username"),
        ({"first_name": ""}, "required"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    invitation: Invitation, changed: dict[str, str], says: str
) -> None:
    response = Client().post(f"/invitations/{token(invitation)}/", GIVEN | changed)
    assert response.status_code == 422
    assert says in response.content.decode()


def test_an_old_link_dies_when_a_new_one_is_sent(invitation: Invitation, ceo: User) -> None:
    old = token(invitation)
    new = token(invitation_renew(invitation=invitation.pk, user=ceo, now=timezone.now()))
    with pytest.raises(InvitationInvalid, match="newer mail"):
        invitation_accept(token=old, now=timezone.now(), **GIVEN)
    invitation_accept(token=new, now=timezone.now(), **GIVEN)


def test_inviting_by_the_page(ceo: User, legal: Department, settings: Any) -> None:
    settings.MAILERS = mailers("", "mail")
    client = signed_in(ceo)
    given = {"email": "new@example.com", "role": "deputy:legal"}
    assert client.post("/people/", given)["Location"] == "/people/"
    text = client.get("/people/").content.decode()
    assert "new@example.com" in text
    assert "http://localhost:8000/invitations/" in text, "without a mail server the link is shown"
    assert b"is already invited" in client.post("/people/", given).content
    assert b"already has an account" in client.post("/people/", given | {"email": "CEO@example.com"}).content
    assert client.post("/people/", given | {"role": "king"}).status_code == 422


def test_with_a_mail_server_the_link_is_only_in_the_mail(ceo: User, invitation: Invitation, mailbox: list[str]) -> None:
    assert "/invitations/Wz" not in signed_in(ceo).get("/people/").content.decode()


def test_an_analyst_makes_nobody_an_executive(analyst: User, ceo: User) -> None:
    with pytest.raises(RoleRefused):
        invitation_create(
            email="x@example.com", role="executive", department=None, invited_by=analyst, now=timezone.now()
        )
    with pytest.raises(RoleRefused):
        role_grant(person=analyst, role="executive", department=None, by=analyst)
    with pytest.raises(RoleRefused):
        role_revoke(membership=ceo.memberships.get(), by=analyst)
    with pytest.raises(RoleRefused):
        person_active_set(person=ceo, active=False, by=analyst)


def test_the_last_executive_stays(ceo: User) -> None:
    root = User.objects.create_superuser("root")
    only = ceo.memberships.get()
    with pytest.raises(LastExecutive):
        role_revoke(membership=only, by=ceo)
    with pytest.raises(LastExecutive):
        role_change(membership=only, role="board", department=None, by=ceo)
    with pytest.raises(LastExecutive):
        person_active_set(person=ceo, active=False, by=root)
    second = person("second", "executive")
    person_active_set(person=second, active=False, by=ceo)
    with pytest.raises(LastExecutive):
        role_revoke(membership=only, by=ceo)


def test_nobody_shuts_themselves_out(ceo: User) -> None:
    with pytest.raises(PeopleError, match="signed in with"):
        person_active_set(person=ceo, active=False, by=ceo)


def test_who_is_deactivated_is_out_at_once(ceo: User, analyst: User) -> None:
    theirs, mine = signed_in(analyst), signed_in(ceo)
    assert theirs.get("/account/").status_code == 200
    address = f"/people/{analyst.pk}/active/"
    assert b"Deactivate analyst?" in mine.get(address).content
    mine.post(address)
    assert theirs.get("/account/").status_code == 302
    mine.post(address)
    assert theirs.get("/account/").status_code == 200


def test_roles_are_given_changed_and_taken_by_the_page(ceo: User, analyst: User, legal: Department) -> None:
    client, home = signed_in(ceo), f"/people/{analyst.pk}/"
    client.post(f"{home}roles/", {"role": "member:legal"})
    added = analyst.memberships.get(role="member")
    client.post(f"{home}roles/{added.pk}/", {"role": "head:legal"})
    assert analyst.memberships.get(department=legal).role == "head"
    assert b"already has that role" in client.post(f"{home}roles/", {"role": "head:legal"}).content
    client.post(f"{home}roles/{added.pk}/remove/")
    assert list(analyst.memberships.values_list("role", flat=True)) == ["analyst"]
    response = client.post(f"/people/{ceo.pk}/roles/{ceo.memberships.get().pk}/remove/")
    assert response.status_code == 409
    assert b"last executive" in response.content


# --- without a mail server ----------------------------------------------------------------------------------------
@pytest.fixture
def no_mail(settings: Any, tmp_path: Any) -> None:
    settings.MAILERS = mailers("", str(tmp_path))


def test_only_the_sender_sees_a_link(no_mail: None, ceo: User, analyst: User, legal: Department) -> None:
    other = person("cfo", "executive")
    for role in ("executive", "analyst"):
        made = invitation_create(
            email=f"{role}@x.example", role=role, department=None, invited_by=ceo, now=timezone.now()
        )
        assert opened_by(made) in links_shown(ceo)
        for reader in (analyst, other):
            assert opened_by(made) not in links_shown(reader)


def test_a_renewed_link_is_its_new_senders(no_mail: None, ceo: User, analyst: User, invitation: Invitation) -> None:
    signed_in(analyst).post(f"/people/invitations/{invitation.pk}/resend/")
    invitation.refresh_from_db()
    assert opened_by(invitation) in links_shown(analyst)
    assert opened_by(invitation) not in links_shown(ceo)


def test_a_sender_who_lost_the_right_sees_no_link(no_mail: None, ceo: User) -> None:
    person("cfo", "executive")
    made = invitation_create(email="x@x.example", role="executive", department=None, invited_by=ceo, now=timezone.now())
    Membership.objects.filter(user=ceo).update(role="analyst")
    assert opened_by(made) not in links_shown(ceo)


def test_an_analyst_can_neither_renew_nor_withdraw_an_executives_invitation(ceo: User, analyst: User) -> None:
    made = invitation_create(email="x@x.example", role="executive", department=None, invited_by=ceo, now=timezone.now())
    for deed in ("resend", "revoke"):
        signed_in(analyst).post(f"/people/invitations/{made.pk}/{deed}/")
    before = made.nonce
    made.refresh_from_db()
    assert (made.nonce, made.revoked_at) == (before, None)
