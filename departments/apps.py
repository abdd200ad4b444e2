"""Django's handle on the departments app."""

from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        from pathlib import Path

        from django.conf import settings
        from django.utils import translation

        from departments.core.stored_texts import catalogue
        from departments.people.services.heads import follow_roles
        from departments.translation import translations
        from departments.web import key_address  # noqa: F401  # registers the converter `key` before any address is read

        catalogue.path = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.mo"
        catalogue.language = lambda: translation.get_language() or settings.LANGUAGE_CODE
        translations.one, translations.by_count = translation.gettext, translation.ngettext
        follow_roles()
