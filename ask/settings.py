"""Every setting of Ask, read from the environment; `docs/settings.md` explains each."""

import os

from ask.env import FOLDER, databases, email, env, secret_key

SECRET_KEY = secret_key()
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "ask.web",
    "ask.jobs",
    "ask.tools",
    "ask.digests",
    "ask.stackexchange",
    "ask.moderation",
    "ask.ratings",
    "ask.questions",
    "ask.accounts",
    "ask.caching",
    "ask.cron",
    "ask.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
]

MIDDLEWARE = [
    "ask.web.requests.RequestMiddleware",
    "ask.web.probes.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ask.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ask.web.visitors.VisitorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ask.web.nul.NulMiddleware",
]

ROOT_URLCONF = "ask.urls"
WSGI_APPLICATION = "ask.wsgi.application"
APPEND_SLASH = False  # Stack Exchange's addresses have none

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ask.web.context.site",
            ],
        },
    },
]

# Data

DATABASES = databases(env.str("DATABASE_URL", default="sqlite:///var/ask.sqlite3"))
DATABASE_ROUTERS = ["ask.core.routers.ClockRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # What Django's applications count, attempts to log in for example: a cache that forgets under
    # load, or is down, would forgive them or let nobody in.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "caching_entry",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "values": {"KEY_PREFIX": "ask"}
    | env.cache("CACHE_URL", default=f"filecache://{FOLDER}/var/cache"),
}

# People

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/users/login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "ask.web.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "ask.web.forms.LoginForm", "signup": "ask.web.forms.SignupForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # and a name, which the form adds
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USER_DISPLAY = str
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up
ACCOUNT_CHANGE_EMAIL = True  # one address; the old one serves until the new one is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = {"password", "mfa"}
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,5/h/key"}  # nobody's mailbox is flooded
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=1 if HTTPS else 0)
MFA_ADAPTER = "ask.web.accounts.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "ask.web.forms.AddKeyForm",
    "edit_webauthn": "ask.web.forms.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are not exact
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # of an address that is about to be changed; none logs in with it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LANGUAGE_COOKIE_NAME = "lang"
LOCALE_PATHS = [FOLDER / "ask" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# The site

SITE_NAME = env.str("SITE_NAME", default="Ask")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
IMAGE_HOSTS = env.list(
    "IMAGE_HOSTS", default=["i.stack.imgur.com", "i.sstatic.net", "upload.wikimedia.org"]
)

PRIVILEGES: dict[str, int] = env.dict("PRIVILEGES", cast={"value": int}, default={})
CLOSE_VOTES = env.int("CLOSE_VOTES", default=3)

STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    },
}

# The clock

CRONTAB = FOLDER / env.str("CRONTAB", default="crontab")
CRON_FOLDER = FOLDER / env.str("CRON_FOLDER", default="var/cron")
TZ = os.environ.get("TZ")  # Django is about to set it to its TIME_ZONE
CRON_ZONE = env.str("CRON_ZONE", default=(TZ or "").lstrip(":"))
CRON_EDITABLE = env.bool("CRON_EDITABLE", default=False)
CRON_ENVIRONMENT = env.names  # grows until the end of this file
CRON_SERVICES = {"web": ["serve"]}  # what a server runs beside the scheduler: manage.py's commands
CRON_WRITABLE = [FOLDER / "var"]  # where these and jobs write

# Mail

SENDMAIL: str = "/usr/sbin/sendmail"  # unless EMAIL_URL names another
vars().update(email(env.str("EMAIL_URL", default="consolemail://")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ask@localhost")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
MAIL_LIMITS: dict[str, int] = env.dict("MAIL_LIMITS", cast={"value": int}, default={})
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)

# Safety

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# Whether every other host of the domain has HTTPS, only its owner knows.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", *(f"https://{host}" for host in IMAGE_HOSTS)],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "ask.web.views.errors.csrf_failed"

# Figures for Prometheus

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_FOLDER = FOLDER / env.str("METRICS_FOLDER", default="var/metrics")

# The log

LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"belonging": {"()": "ask.core.logs.Belonging"}},
    "formatters": {
        "line": {"()": "ask.core.logs.LineFormatter"},
        "json": {"()": "ask.core.logs.JSONFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["belonging"],
            "formatter": env.str("LOG_FORMAT", default="line"),
        },
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
