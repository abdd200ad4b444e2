"""Static files as they are served: hashed names, and compressed beside the original."""

from __future__ import annotations

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of the chart library: 357 kB in 0.1 s, against 329 kB in 1.9 s at brotli's highest; gzip makes 395 kB.
BROTLI_QUALITY = 9


class QuickCompressor(Compressor):
    """Compresses all static files in a second instead of ten."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class QuickStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage with our compressor."""

    def create_compressor(self, **kwargs: object) -> Compressor:
        return QuickCompressor(**kwargs)
