"""Takes the environment, gives Django's settings; refuses nonsense at start."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from idportal import embedded
from idportal.secrets import kept_secret

env = Env()
BASE_DIR = Path(__file__).parent.parent
VAR_DIR = embedded.var_dir()

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(VAR_DIR, "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
PORT = env.int("PORT", 8000)
COLLECT_PORT = env.int("COLLECT_PORT", 8001)
for _name, _port in (("PORT", PORT), ("COLLECT_PORT", COLLECT_PORT)):
    if not 1 <= _port <= 65535:
        raise ImproperlyConfigured(f"{_name} is {_port}: set it to a port from 1 to 65535")

# Where the world reaches the two front doors; the snippet that a marketer copies names both.
PORTAL_URL = env.str("PORTAL_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
COLLECT_URL = env.str("COLLECT_URL", f"http://127.0.0.1:{COLLECT_PORT}/v1/events")
HTTPS = PORTAL_URL.startswith("https://")
DEMO_SHOP = env.bool("DEMO_SHOP", not HTTPS)

# Several values may be valid at once, so that keys can be rotated without a gap.
FIREHOSE_ACCESS_KEYS: list[str] = env.list("FIREHOSE_ACCESS_KEYS", [])
FIREHOSE_ACCESS_KEY_SECRET = env.str("FIREHOSE_ACCESS_KEY_SECRET", "")  # on AWS: the secret that is rotated
if not FIREHOSE_ACCESS_KEYS and not FIREHOSE_ACCESS_KEY_SECRET:
    FIREHOSE_ACCESS_KEYS = [kept_secret(VAR_DIR, "firehose_access_key")]
FIREHOSE_SOURCE_ARNS = env.list(
    "FIREHOSE_SOURCE_ARNS", ["arn:aws:firehose:local:000000000000:deliverystream/idportal-events"]
)
REGISTRY_TOKEN = env.str("REGISTRY_TOKEN", "") or kept_secret(VAR_DIR, "registry_token")
PRIVACY_KEY = env.str("PRIVACY_KEY", "") or kept_secret(
    VAR_DIR, "privacy_key"
)  # of hashes that outlive people: keep it
ARCHIVE_BUCKET = env.str("ARCHIVE_BUCKET", "")  # where Firehose keeps its objects; empty: VAR_DIR/firehose
IMPORTS_BUCKET = env.str("IMPORTS_BUCKET", "")  # where uploads wait to be imported; empty: IMPORTS_DIR
RAW_EVENTS_RETENTION_MONTHS = env.int("RAW_EVENTS_RETENTION_MONTHS", 13)
REVIEW_SAMPLE_PERCENT = env.float("REVIEW_SAMPLE_PERCENT", 1)  # of merges without a person, asked about afterwards
REVIEW_SAMPLES_WAITING = env.int("REVIEW_SAMPLES_WAITING", 200)  # so many of these wait at most
REVIEW_CROWD = env.int("REVIEW_CROWD", 20)  # a value whose held links lead to more profiles is one question
REVIEW_CLAIM_MINUTES = env.int("REVIEW_CLAIM_MINUTES", 10)
REVIEW_SKIP_HOURS = env.int("REVIEW_SKIP_HOURS", 20)
if not 0 <= REVIEW_SAMPLE_PERCENT <= 100:
    raise ImproperlyConfigured(f"REVIEW_SAMPLE_PERCENT is {REVIEW_SAMPLE_PERCENT}: set it from 0 to 100")
WEBHOOKS_KEEP_DAYS = env.int("WEBHOOKS_KEEP_DAYS", 30)  # what was delivered, and what can be told again
# For development: webhooks over http, and to private networks. Whoever may create one reaches our own network then.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", False)
if WEBHOOKS_KEEP_DAYS < 1:
    raise ImproperlyConfigured(f"WEBHOOKS_KEEP_DAYS is {WEBHOOKS_KEEP_DAYS}: set it to 1 or more")
READY_LAG_SECONDS = env.float("READY_LAG_SECONDS", 900)  # with a delivery waiting longer, /readyz says so

INSTALLED_APPS = [
    "idportal",
    "idportal.accounts",
    "idportal.webhooks",
    "profiles",
    "ingest",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "profiles.api.lookup.look_ups_from_memory",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "idportal.middleware.no_copies_of_personal_pages",
    "idportal.accounts.sessions.sessions.sessions_seen",
    "idportal.accounts.second_factor.required.second_factor_first",
    "idportal.audit.middleware.noted",
    "profiles.api.limits.say_allowance",
    "profiles.api.usage.counted",
]

ROOT_URLCONF = "idportal.urls"
WSGI_APPLICATION = "idportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.static",
                "django.contrib.humanize.templatetags.humanize",
                "idportal.page_tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Data -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", embedded.database_url())}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "") or embedded.redis_url()
# A cache may forget and a broker may not, so on AWS they are two.
CACHE_URL = env.str("CACHE_URL", "") or REDIS_URL
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}

# --- Celery ---------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 1, "interval_start": 0}  # a landing doesn't wait for the broker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a killed worker's task is delivered again; every task is safe to run twice
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# An import, the engine and the matching keep a process each busy for minutes; one is left for what is short.
CELERY_WORKER_CONCURRENCY = env.int("WORKER_PROCESSES", 4)
# KB. One that has read a million profiles to be matched would keep 700 MB: it ends after its task, another begins.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULER = "idportal.beat:SteadyScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Every landing asks for resolution itself; this is for the ones whose message was lost.
    "resolve": {"task": "profiles.resolve", "schedule": 10.0, "options": {"expires": 10}},
    "review": {"task": "profiles.refresh_review", "schedule": 3_600.0},
    "find_matches": {"task": "profiles.find_matches", "schedule": 60.0, "options": {"expires": 60}},
    "imports": {"task": "ingest.continue_imports", "schedule": 60.0, "options": {"expires": 60}},
    "replay_kept": {"task": "ingest.replay_kept", "schedule": 60.0, "options": {"expires": 60}},
    "erase": {"task": "profiles.erase", "schedule": 60.0, "options": {"expires": 60}},
    "api_usage": {"task": "profiles.store_api_usage", "schedule": 60.0, "options": {"expires": 60}},
    "webhooks": {"task": "webhooks.send", "schedule": 5.0, "options": {"expires": 5}},
    "webhook_retention": {"task": "webhooks.forget", "schedule": 86_400.0},
    "partitions": {"task": "ingest.ensure_partitions", "schedule": 86_400.0},
    "retention": {"task": "ingest.apply_retention", "schedule": 86_400.0},
}

# --- Probable matches -----------------------------------------------------------------------------------------
MATCH_SCHEDULED = env.bool("MATCH_SCHEDULED", True)
MATCH_EVERY_MINUTES = env.float("MATCH_EVERY_MINUTES", 5)  # new and changed profiles
MATCH_FULL_HOURS = env.float("MATCH_FULL_HOURS", 24)  # all profiles
MATCH_LEAST_RECORDS = env.int("MATCH_LEAST_RECORDS", 50)  # fewer people teach nothing
MATCH_LEARN_FROM_ANSWERS = env.int("MATCH_LEARN_FROM_ANSWERS", 20)  # so many new ones make a draft of a better model
# "duckdb": on this machine. "spark": on as many as its master has; needs requirements-spark.lock and Java.
MATCH_BACKEND = env.str("MATCH_BACKEND", "duckdb")
MATCH_SPARK_MASTER = env.str("MATCH_SPARK_MASTER", "local[2]")
MATCH_SPARK_MEMORY = env.str("MATCH_SPARK_MEMORY", "2g")  # of the driver, which holds the pairs that are found
MATCH_SPARK_SCRATCH = env.str("MATCH_SPARK_SCRATCH", "")  # a directory that all its workers reach
if MATCH_BACKEND not in ("duckdb", "spark"):
    raise ImproperlyConfigured(f"MATCH_BACKEND is {MATCH_BACKEND}: set it to duckdb or spark")

# "celery": at once after each landing, and by beat. "pg_cron": by the database itself, see manage.py schedule.
RESOLVE_BY = env.str("RESOLVE_BY", "celery")
if RESOLVE_BY not in ("celery", "pg_cron"):
    raise ImproperlyConfigured(f"RESOLVE_BY is {RESOLVE_BY}: set it to celery or pg_cron")
if RESOLVE_BY == "pg_cron":
    del CELERY_BEAT_SCHEDULE["resolve"]
if env.bool("LOG_FIGURES", False):
    CELERY_BEAT_SCHEDULE["figures"] = {"task": "idportal.log_figures", "schedule": 60.0, "options": {"expires": 60}}

# --- People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
# Roles that may do nothing until they have set up a second factor, such as administrator,steward.
SECOND_FACTOR_ROLES: list[str] = env.list("SECOND_FACTOR_ROLES", [])
# Single sign-on by OpenID Connect: see docs/accounts.md.
SSO_ISSUER = env.str("SSO_ISSUER", "")  # empty: off
SSO_CLIENT_ID, SSO_CLIENT_SECRET = env.str("SSO_CLIENT_ID", ""), env.str("SSO_CLIENT_SECRET", "")
SSO_SCOPES: list[str] = env.list("SSO_SCOPES", ["openid", "email", "profile"])
SSO_BUTTON = env.str("SSO_BUTTON", "Log in with single sign-on")
SSO_NEW_PEOPLE = env.str("SSO_NEW_PEOPLE", "")  # the role of people unknown here; empty: they aren't let in
SSO_ROLE_CLAIM = env.str("SSO_ROLE_CLAIM", "groups")
SSO_ROLES: dict[str, str] = env.dict("SSO_ROLES", {})  # such as crm-admins=administrator,crm=analyst; the first counts
SSO_EMAIL_DOMAINS: list[str] = env.list("SSO_EMAIL_DOMAINS", [])
SSO_TRUST_EMAIL = env.bool("SSO_TRUST_EMAIL", False)  # for a provider that doesn't say whether it verified an address
SSO_ONLY = env.bool("SSO_ONLY", False)  # nobody logs in by password but SSO_PASSWORDS_FOR, in an emergency
SSO_PASSWORDS_FOR: list[str] = env.list("SSO_PASSWORDS_FOR", ["admin"])
if SSO_ISSUER and not SSO_CLIENT_ID:
    raise ImproperlyConfigured("SSO_ISSUER is set: set SSO_CLIENT_ID, too")
if SSO_ISSUER and not SSO_ISSUER.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
    raise ImproperlyConfigured(f"SSO_ISSUER is {SSO_ISSUER}: set it to an address that begins with https://")
if SSO_ONLY and not SSO_ISSUER:
    raise ImproperlyConfigured("SSO_ONLY is set and SSO_ISSUER isn't: nobody could log in")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Letters: invitations. Without EMAIL_URL, such as submission://name:password@host:587, they are printed.
_letters = env.str("EMAIL_URL", "console:").partition(":")[0]
if _letters not in ("submission", "smtp", "console", "file", "memory", "dummy"):  # else it would be sent in plain text
    raise ImproperlyConfigured(f"EMAIL_URL begins with {_letters}: write submission://name:password@host:587")
globals().update(env.dj_email_url("EMAIL_URL", "console:"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "") or f"idportal@{urlsplit(PORTAL_URL).hostname}"

# --- Security -------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"idportal_session_{PORT}"  # cookies don't know ports: two copies on a host would share one
CSRF_COOKIE_NAME = f"idportal_csrf_{PORT}"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Pages and files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
# What people upload to be imported, until it has landed. Portal and worker need the same.
_IN_FOLDER = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": env.str("IMPORTS_DIR", "") or VAR_DIR / "imports",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
_IN_BUCKET = {"BACKEND": "ingest.importing.bucket.BucketStorage", "OPTIONS": {"bucket": IMPORTS_BUCKET}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "imports": _IN_BUCKET if IMPORTS_BUCKET else _IN_FOLDER,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["profiles.api.parsing.StrictJson"],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of the export's
    "EXCEPTION_HANDLER": "profiles.api.problems.as_problem",
    "DEFAULT_THROTTLE_CLASSES": ["profiles.api.limits.ClientLimit"],
    "DEFAULT_SCHEMA_CLASS": "profiles.api.described.ApiSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "idportal",
    "DESCRIPTION": "Who is this? Look up identifiers, read merged profiles, follow their changes, and decide.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVERS": [{"url": PORTAL_URL}],
    "WEBHOOKS": ["idportal.webhooks.described.DELIVERY"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_address": {"()": "idportal.logs.NoAddress"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_address"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
