"""The installation's secret key, sealed with a passphrase so that it can travel inside a backup."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from revenue_health.backup.errors import BackupError

_LOG2_COST = 15
"""Scrypt's n as a power of two: 32 MB and about a tenth of a second a guess (RFC 7914)."""


def seal(secret: str, *, passphrase: str) -> bytes:
    """JSON with salt, nonce and the AES-256-GCM ciphertext of `secret`, all in base64."""
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derive(passphrase, salt, _LOG2_COST)).encrypt(nonce, secret.encode(), None)
    fields = {"salt": salt, "nonce": nonce, "ciphertext": sealed}
    encoded = {name: base64.b64encode(value).decode() for name, value in fields.items()}
    return json.dumps({"kdf": "scrypt", "log2_cost": _LOG2_COST, **encoded}).encode()


def unseal(sealed: bytes, *, passphrase: str) -> str:
    """The secret; BackupError where the passphrase is another one or the content was changed."""
    fields = json.loads(sealed)
    salt, nonce, ciphertext = (base64.b64decode(fields[name]) for name in ("salt", "nonce", "ciphertext"))
    try:
        return AESGCM(_derive(passphrase, salt, int(fields["log2_cost"]))).decrypt(nonce, ciphertext, None).decode()
    except InvalidTag:
        raise BackupError(
            "The passphrase does not open the key in this backup. Nothing was restored. Try another passphrase, or "
            "restore without one: then every session ends and links in mails stop working."
        ) from None


def _derive(passphrase: str, salt: bytes, log2_cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**log2_cost, r=8, p=1).derive(passphrase.encode())
