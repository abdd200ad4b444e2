"""Django's handle on the departments app."""

from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"
