"""One module per family of written forms; each rule looks at one place and answers with a reading or nothing."""
