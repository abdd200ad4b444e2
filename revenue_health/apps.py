"""Django's handle on the top floor: the commands that start, stop and check an installation."""

from django.apps import AppConfig


class RevenueHealthConfig(AppConfig):
    name = "revenue_health"

    def ready(self) -> None:
        # Otherwise tasks sent by pages would belong to a default Celery application without a broker.
        from revenue_health import celery  # noqa: F401
