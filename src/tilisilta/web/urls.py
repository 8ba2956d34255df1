"""The addresses of all pages."""

from django.urls import include, path

urlpatterns = [
    path("log-in/", include("allauth.urls")),
]
