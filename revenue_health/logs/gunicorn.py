"""gunicorn's own lines, in the same form as all others and without keys: it names addresses of requests that fail."""

from __future__ import annotations

import logging
import os
from typing import Any

from gunicorn.glogging import Logger

from revenue_health.logs.config import as_json, formatter, log_level


class EventLogger(Logger):
    """For `--logger-class`: LOG_LEVEL and the format of the environment, also for an access log switched on."""

    def setup(self, cfg: Any) -> None:
        """Build gunicorn's handlers, then give them our formatter and level."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(formatter(json=as_json(os.environ)))
        self.loglevel = getattr(logging, log_level(os.environ))
        self.error_log.setLevel(self.loglevel)
