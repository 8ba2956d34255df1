"""The addresses of the pages for the main job: connect, link, import, look and send."""

from django.urls import URLPattern, URLResolver, path

from tilisilta.web import (
    administrations,
    booked_already,
    connections,
    downloads,
    exports,
    fetching,
    imports,
    journal_answers,
    journals,
    link_confirmations,
    link_ends,
    links,
    missing_items,
    nmbrs,
    perhaps_ours,
    ready_journals,
)

PROCOUNTOR = "settings/integrations/procountor"
ACCOUNT = f"{PROCOUNTOR}/accounts/<int:pk>"
LINKS = f"{PROCOUNTOR}/administrations"
NMBRS = "settings/integrations/nmbrs"
CONNECTION = f"{NMBRS}/<int:pk>"
COMPANY = "companies/<int:number>"
JOURNAL = "journals/<int:pk>"
RECEIPT = f"{JOURNAL}/receipts/<int:number>"

urlpatterns: list[URLPattern | URLResolver] = [
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
    path(f"{COMPANY}/import", imports.import_file, name="import_journal"),
    path(f"{COMPANY}/fetch", fetching.fetch_company, name="fetch_company"),
    path(f"{COMPANY}/fetch/state", fetching.company_fetch, name="company_fetch"),
    path("fetch", fetching.fetch_everything, name="fetch_everything"),
    path("fetch/progress", fetching.fetch_progress, name="fetch_progress"),
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
    path(f"{LINKS}/<int:pk>", links.link, name="link"),
    path(f"{LINKS}/<int:pk>/missing/<str:kind>", missing_items.missing_items, name="missing_items"),
    path(f"{LINKS}/<int:pk>/confirm", link_confirmations.confirm_link, name="confirm_link"),
    path(f"{LINKS}/<int:pk>/end", link_ends.end_link, name="end_link"),
    path(f"{LINKS}/<int:pk>/remove", links.remove_link, name="remove_link"),
]
