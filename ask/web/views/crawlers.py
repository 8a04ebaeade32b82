"""What programs read first: robots.txt, the sitemap, and how a browser searches here."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_safe

from ask.questions.cached import STRETCH, stretches
from ask.questions.models import Question

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ROBOTS = """\
User-agent: *
Disallow: /admin/
Disallow: /language/
Disallow: /posts/
Disallow: /*?*answertab=
Disallow: /*?*filters=
Disallow: /*?*pagesize=
Disallow: /*?*q=

Sitemap: {site}/sitemap.xml
"""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL), content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index: a page for each stretch of ids that has questions."""
    pages = "".join(
        f"<sitemap><loc>{settings.SITE_URL}/sitemap-{one['number']}.xml</loc>"
        f"<lastmod>{one['changed_at']}</lastmod></sitemap>\n"
        for one in stretches.get()
    )
    return _xml(f'<sitemapindex xmlns="{SITEMAP}">\n{pages}</sitemapindex>\n')


@require_safe
def sitemap_page(request: HttpRequest, number: int) -> HttpResponse:
    """The questions of one stretch, at most `STRETCH`: a range of the primary key."""
    ids = range(number * STRETCH, (number + 1) * STRETCH)
    found = (
        Question.objects.within(ids)
        .only("post_type", "title", "last_activity_at")
        .order_by("id")
        .iterator(chunk_size=STRETCH)
    )
    pages = "".join(
        f"<url><loc>{settings.SITE_URL}{escape(iri_to_uri(question.get_absolute_url()))}</loc>"
        f"<lastmod>{question.last_activity_at:%Y-%m-%d}</lastmod></url>\n"
        for question in found
    )
    if not pages:
        raise Http404
    return _xml(f'<urlset xmlns="{SITEMAP}">\n{pages}</urlset>\n')


def _xml(content: str) -> HttpResponse:
    declared = f'<?xml version="1.0" encoding="utf-8"?>\n{content}'
    return HttpResponse(declared, content_type="application/xml; charset=utf-8")


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/opensearch.xml",
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
