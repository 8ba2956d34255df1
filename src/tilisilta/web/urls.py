"""The addresses of all pages."""

from django.urls import include, path, re_path

from tilisilta.web import (
    administrations,
    audit,
    booked_already,
    companies,
    connections,
    downloads,
    errors,
    exports,
    fetching,
    imports,
    journal_answers,
    journals,
    language_choice,
    link_confirmations,
    link_ends,
    links,
    missing_items,
    nmbrs,
    overview,
    perhaps_ours,
    profile,
    ready_journals,
    receipts_of_year,
    remembered_columns,
    search,
    users,
)

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken

COMPANY = "companies/<int:number>"
JOURNAL = "journals/<int:pk>"
RECEIPT = f"{JOURNAL}/receipts/<int:number>"
NMBRS = "settings/integrations/nmbrs"
CONNECTION = f"{NMBRS}/<int:pk>"
PROCOUNTOR = "settings/integrations/procountor"
ACCOUNT = f"{PROCOUNTOR}/accounts/<int:pk>"
LINKS = f"{PROCOUNTOR}/administrations"
LINK = f"{LINKS}/<int:pk>"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/progress", overview.progress, name="overview_progress"),
    path("companies", companies.company_list, name="companies"),
    path("companies/new", companies.new_company, name="new_company"),
    path(COMPANY, companies.company, name="company"),
    path(f"{COMPANY}/settings", companies.company_settings, name="company_settings"),
    path(f"{COMPANY}/business-id", companies.company_business_id, name="company_business_id"),
    path(f"{COMPANY}/start", companies.company_start, name="company_start"),
    path(f"{COMPANY}/test", companies.company_test, name="company_test"),
    path(f"{COMPANY}/receipts", receipts_of_year.receipts, name="receipts_of_year"),
    path(f"{COMPANY}/receipts.csv", receipts_of_year.receipts_csv, name="receipts_csv"),
    path(f"{COMPANY}/receipts.xlsx", receipts_of_year.receipts_xlsx, name="receipts_xlsx"),
    path(f"{COMPANY}/import", imports.import_file, name="import_journal"),
    path(
        f"{COMPANY}/import/columns/<int:pk>/forget",
        remembered_columns.forget,
        name="forget_columns",
    ),
    path(f"{COMPANY}/fetch", fetching.fetch_company, name="fetch_company"),
    path(f"{COMPANY}/fetch/state", fetching.company_fetch, name="company_fetch"),
    path("debtors", companies.debtor_list, name="debtors"),
    path("debtors/<int:number>/blocked", companies.debtor_blocked, name="debtor_blocked"),
    path("fetch", fetching.fetch_everything, name="fetch_everything"),
    path("fetch/progress", fetching.fetch_progress, name="fetch_progress"),
    path("exports", exports.exports, name="exports"),
    path("exports/send-ready", ready_journals.send_ready, name="send_ready"),
    path(JOURNAL, journals.journal, name="journal"),
    path(f"{JOURNAL}/send", journals.send, name="send_journal"),
    path(f"{JOURNAL}/look-again", journals.look, name="look_again"),
    path(f"{JOURNAL}/check", journals.check, name="check_journal"),
    path(f"{JOURNAL}/not-twice", journals.not_twice, name="journal_not_twice"),
    path(f"{JOURNAL}/items", journals.make_items, name="journal_items"),
    path(f"{JOURNAL}/settle", perhaps_ours.settle, name="settle_receipt"),
    path(f"{JOURNAL}/run", journal_answers.journal_run, name="journal_run"),
    path(f"{JOURNAL}/discard", journal_answers.discard_journal, name="discard_journal"),
    path(f"{JOURNAL}/progress", journals.progress, name="journal_progress"),
    path(f"{JOURNAL}/payload.json", downloads.payloads, name="payloads"),
    path(f"{JOURNAL}/journal.csv", downloads.journal_csv, name="journal_csv"),
    path(f"{JOURNAL}/journal.xlsx", downloads.journal_xlsx, name="journal_xlsx"),
    path(RECEIPT, journals.payload, name="payload"),
    path(f"{RECEIPT}/payload.json", downloads.payload_file, name="payload_file"),
    path(NMBRS, nmbrs.connections, name="nmbrs_connections"),
    path(f"{NMBRS}/new", nmbrs.new_connection, name="new_nmbrs_connection"),
    path(CONNECTION, nmbrs.connection, name="nmbrs_connection"),
    path(f"{CONNECTION}/test", nmbrs.check_connection, name="check_nmbrs_connection"),
    path(f"{CONNECTION}/remove", nmbrs.remove_connection, name="remove_nmbrs_connection"),
    path(f"{CONNECTION}/answer", nmbrs.answer, name="answer_nmbrs_question"),
    path(PROCOUNTOR, connections.accounts, name="procountor_accounts"),
    path(f"{PROCOUNTOR}/accounts/new", connections.new_account, name="new_account"),
    path(f"{PROCOUNTOR}/accounts/refresh", connections.refresh, name="refresh_accounts"),
    path(f"{ACCOUNT}/authorise", connections.authorise, name="authorise"),
    path(f"{ACCOUNT}/api-key", connections.api_key, name="api_key"),
    path(f"{ACCOUNT}/remove", connections.remove, name="remove_authorisation"),
    path(f"{PROCOUNTOR}/authorised", connections.authorised, name="procountor_authorised"),
    path(LINKS, administrations.administrations, name="administrations"),
    path(f"{LINKS}/new", links.new_link, name="new_link"),
    path(f"{LINKS}/booked-already", booked_already.booked_already, name="booked_already"),
    path(LINK, links.link, name="link"),
    path(f"{LINK}/missing/<str:kind>", missing_items.missing_items, name="missing_items"),
    path(f"{LINK}/confirm", link_confirmations.confirm_link, name="confirm_link"),
    path(f"{LINK}/end", link_ends.end_link, name="end_link"),
    path(f"{LINK}/remove", links.remove_link, name="remove_link"),
    path("users", users.user_list, name="users"),
    path("users/new", users.new_user, name="new_user"),
    path("users/<int:pk>", users.user, name="user"),
    path("users/<int:pk>/second-step", users.user_second_step, name="user_second_step"),
    path("user-templates", users.template_list, name="user_templates"),
    path("user-templates/new", users.new_template, name="new_user_template"),
    path("user-templates/<int:pk>", users.template, name="user_template"),
    path("find", search.find, name="find"),
    path("audit-log", audit.audit_log, name="audit_log"),
    path("common-errors", errors.common_errors, name="common_errors"),
    path("language", language_choice.language, name="language"),
    path("profile", profile.profile, name="profile"),
    # Users are made by an administrator and no e-mail is sent, so these ways are closed.
    re_path(
        r"^log-in/(?P<address>signup|email|confirm-email|password/set|password/reset|login/code)/",
        errors.closed,
    ),
    path("log-in/", include("allauth.urls")),
]
