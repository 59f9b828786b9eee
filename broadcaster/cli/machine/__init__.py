"""Commands about the machine under the station."""
