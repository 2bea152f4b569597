"""What tests need and no product has: services, doubles, histories, an oracle."""
