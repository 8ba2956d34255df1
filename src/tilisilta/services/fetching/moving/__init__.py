"""Moving a connection from SOAP to REST: both are compared, differences accepted, one switched."""
