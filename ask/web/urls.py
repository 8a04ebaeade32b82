"""The addresses of pages, as people know them from Stack Exchange."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
