"""Takes rules as people write them, gives them in force: drafted, previewed, applied, told apart, rolled back."""
