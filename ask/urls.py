"""Every address, by door."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin", RedirectView.as_view(url="/admin/", permanent=True)),
    path("admin/", admin.site.urls),
    path("", include("ask.web.urls")),
]

handler403 = "ask.web.views.errors.forbidden"
handler404 = "ask.web.views.errors.not_found"
handler429 = "ask.web.views.errors.too_many"  # which allauth asks for
handler500 = "ask.web.views.errors.failed"
