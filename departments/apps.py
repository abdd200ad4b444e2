"""Django's handle on the departments app."""

from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        from django.utils import translation

        from departments.translation import translations
        from departments.web import key_address  # noqa: F401  # registers the converter `key` before any address is read

        translations.one, translations.by_count = translation.gettext, translation.ngettext
