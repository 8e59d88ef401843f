"""Takes a path, gives the page that answers it: log-in, overview, and those of the apps."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from idportal.accounts.passwords.views import password, password_forgotten, password_reset
from idportal.accounts.second_factor.views import (
    log_in_code,
    second_factor,
    second_factor_change,
    second_factor_reset,
)
from idportal.accounts.sessions.views import person_sessions_end, sessions
from idportal.accounts.single_sign_on.views import single_sign_on, single_sign_on_done, single_sign_on_unlink
from idportal.accounts.views import LogIn, invitation_change, invited, people, person_change
from idportal.audit.views import audit, audit_export
from idportal.views.overview import overview
from idportal.views.theme import theme

urlpatterns = [
    path("", overview, name="overview"),
    path("login/", LogIn.as_view(), name="login"),
    path("login/code/", log_in_code, name="log_in_code"),
    path("login/single-sign-on/", single_sign_on, name="single_sign_on"),
    path("login/single-sign-on/done/", single_sign_on_done, name="single_sign_on_done"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("theme/", theme, name="theme"),
    path("people/", people, name="people"),
    path("people/<int:person_id>/", person_change, name="person_change"),
    path("people/<int:person_id>/second-factor/", second_factor_reset, name="second_factor_reset"),
    path("people/<int:person_id>/sessions/", person_sessions_end, name="person_sessions_end"),
    path("login/forgotten/", password_forgotten, name="password_forgotten"),
    path("login/new-password/<str:person>/<str:token>/", password_reset, name="password_reset"),
    path("account/password/", password, name="password"),
    path("account/sessions/", sessions, name="sessions"),
    path("people/<int:person_id>/single-sign-on/", single_sign_on_unlink, name="single_sign_on_unlink"),
    path("account/second-factor/", second_factor, name="second_factor"),
    path("account/second-factor/change/", second_factor_change, name="second_factor_change"),
    path("people/invitations/<int:invitation_id>/", invitation_change, name="invitation_change"),
    path("invited/<str:token>/", invited, name="invited"),
    path("audit/", audit, name="audit"),
    path("audit/export/", audit_export, name="audit_export"),
    path("", include("ingest.page_urls")),
    path("webhooks/", include("idportal.webhooks.page_urls")),
    path("", include("profiles.page_urls")),
]
