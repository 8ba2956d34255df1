"""The addresses of the pages for the main job: connect, link, import, look and send."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
