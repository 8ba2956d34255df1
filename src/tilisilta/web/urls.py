"""The addresses of all pages."""

from django.urls import include, path

from tilisilta.web import companies, languages, overview, profile

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/progress", overview.progress, name="overview_progress"),
    path("companies", companies.company_list, name="companies"),
    path("companies/new", companies.new_company, name="new_company"),
    path("companies/<int:number>", companies.company, name="company"),
    path("companies/<int:number>/settings", companies.company_settings, name="company_settings"),
    path("companies/<int:number>/test", companies.company_test, name="company_test"),
    path("debtors", companies.debtor_list, name="debtors"),
    path("debtors/<int:number>/blocked", companies.debtor_blocked, name="debtor_blocked"),
    path("language", languages.language, name="language"),
    path("profile", profile.profile, name="profile"),
    path("log-in/", include("allauth.urls")),
    path("", include("tilisilta.web.pages")),
]
