//! Where to cut and what to show there.
