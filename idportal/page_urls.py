"""Takes a path, gives the page that answers it: log-in, overview, and those of the apps."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from idportal.accounts.forms import LogInForm
from idportal.accounts.views import invited, people, person_change
from idportal.audit.views import audit, audit_export
from idportal.views.overview import overview
from idportal.views.theme import theme

LOG_IN = LoginView.as_view(
    template_name="accounts/login.html", authentication_form=LogInForm, redirect_authenticated_user=True
)

urlpatterns = [
    path("", overview, name="overview"),
    path("login/", LOG_IN, name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("theme/", theme, name="theme"),
    path("people/", people, name="people"),
    path("people/<int:person_id>/", person_change, name="person_change"),
    path("invited/<str:token>/", invited, name="invited"),
    path("audit/", audit, name="audit"),
    path("audit/export/", audit_export, name="audit_export"),
    path("", include("ingest.page_urls")),
    path("webhooks/", include("idportal.webhooks.page_urls")),
    path("", include("profiles.page_urls")),
]
