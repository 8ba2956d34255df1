"""The addresses of all pages."""

from django.urls import include, path

from tilisilta.web import languages, overview, profile

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("language", languages.language, name="language"),
    path("profile", profile.profile, name="profile"),
    path("log-in/", include("allauth.urls")),
    path("", include("tilisilta.web.pages")),
]
