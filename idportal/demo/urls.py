"""Takes a path, gives the page of the demo shop that answers it."""

from django.urls import path

from idportal.demo import views

urlpatterns = [
    path("", views.shop, name="demo_shop"),
    path("products/<slug:slug>/", views.product, name="demo_product"),
    path("cart/", views.cart, name="demo_cart"),
    path("account/", views.account, name="demo_account"),
]
