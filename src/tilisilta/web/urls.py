"""The addresses of all pages."""

from django.urls import include, path, re_path

from tilisilta.web import audit, companies, errors, languages, overview, profile, users

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/progress", overview.progress, name="overview_progress"),
    path("companies", companies.company_list, name="companies"),
    path("companies/new", companies.new_company, name="new_company"),
    path("companies/<int:number>", companies.company, name="company"),
    path("companies/<int:number>/settings", companies.company_settings, name="company_settings"),
    path(
        "companies/<int:number>/business-id",
        companies.company_business_id,
        name="company_business_id",
    ),
    path("companies/<int:number>/start", companies.company_start, name="company_start"),
    path("companies/<int:number>/test", companies.company_test, name="company_test"),
    path("debtors", companies.debtor_list, name="debtors"),
    path("debtors/<int:number>/blocked", companies.debtor_blocked, name="debtor_blocked"),
    path("users", users.user_list, name="users"),
    path("users/new", users.new_user, name="new_user"),
    path("users/<int:pk>", users.user, name="user"),
    path("users/<int:pk>/second-step", users.user_second_step, name="user_second_step"),
    path("user-templates", users.template_list, name="user_templates"),
    path("user-templates/new", users.new_template, name="new_user_template"),
    path("user-templates/<int:pk>", users.template, name="user_template"),
    path("audit-log", audit.audit_log, name="audit_log"),
    path("common-errors", errors.common_errors, name="common_errors"),
    path("language", languages.language, name="language"),
    path("profile", profile.profile, name="profile"),
    # Users are made by an administrator and no e-mail is sent, so these ways are closed.
    re_path(
        r"^log-in/(?P<address>signup|email|confirm-email|password/set|password/reset|login/code)/",
        errors.closed,
    ),
    path("log-in/", include("allauth.urls")),
    path("", include("tilisilta.web.pages")),
]
