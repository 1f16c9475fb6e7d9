//! What holds of every operation on every plan.
