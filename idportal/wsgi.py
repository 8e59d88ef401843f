"""Takes WSGI requests, gives the portal's answers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

application = get_wsgi_application()
