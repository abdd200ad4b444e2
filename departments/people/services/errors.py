"""Why a change about people was not made: the messages are shown to the person as they are."""

from __future__ import annotations


class PeopleError(Exception):
    """Something about people that cannot be done; nothing was changed."""


class LastExecutive(PeopleError):
    """The company would be left without an executive."""


class RoleRefused(PeopleError):
    """The role does not fit, is there already, or is not for this person to give."""


class InvitationRefused(PeopleError):
    """The invitation cannot be made or sent again."""


class InvitationInvalid(PeopleError):
    """The link is unknown, used, withdrawn or too old."""
