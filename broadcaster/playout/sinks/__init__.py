"""Where sound goes: nowhere, a file, a sound device."""
