"""What strikes: one small class a kind of fault; each strikes once and leaves the services as they should be."""
