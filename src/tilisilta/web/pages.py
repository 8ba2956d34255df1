"""The addresses of the pages for the main job: connect, link, import, look and send."""

from django.urls import URLPattern, URLResolver, path

from tilisilta.web import downloads, exports, journals

urlpatterns: list[URLPattern | URLResolver] = [
    path("exports", exports.exports, name="exports"),
    path("journals/<int:pk>", journals.journal, name="journal"),
    path("journals/<int:pk>/send", journals.send, name="send_journal"),
    path("journals/<int:pk>/look-again", journals.look, name="look_again"),
    path("journals/<int:pk>/check", journals.check, name="check_journal"),
    path("journals/<int:pk>/progress", journals.progress, name="journal_progress"),
    path("journals/<int:pk>/receipts/<int:number>", journals.payload, name="payload"),
    path(
        "journals/<int:pk>/receipts/<int:number>/payload.json",
        downloads.payload_file,
        name="payload_file",
    ),
    path("journals/<int:pk>/payload.json", downloads.payloads, name="payloads"),
    path("journals/<int:pk>/journal.csv", downloads.journal_csv, name="journal_csv"),
    path("journals/<int:pk>/journal.xlsx", downloads.journal_xlsx, name="journal_xlsx"),
]
