"""Takes profiles and identifiers, gives why they are together or apart, how they came to be, and a drawing."""
