"""The person who logs in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    class Meta:
        db_table = "users"
        permissions = [("manage_people", "Can create people and change their roles")]
