"""Takes what people say of profiles, gives decisions: previewed, made, approved by a second person, withdrawn."""
