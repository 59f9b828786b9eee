"""What tests share: stations, people, clocks, sinks, documents, seeds and servers. No test is in here."""
