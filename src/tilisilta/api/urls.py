"""The addresses of the API, and of the page that describes it."""

from django.urls import path

from tilisilta.api import description
from tilisilta.api.service import api

urlpatterns = [
    path("", description.describe_api, name="describe_api"),
    path("v1/", api.urls),
]
