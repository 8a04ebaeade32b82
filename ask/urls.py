"""Every address, by door."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("ask.web.urls")),
]

handler404 = "ask.web.views.errors.not_found"
handler500 = "ask.web.views.errors.failed"
