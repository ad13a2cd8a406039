//! A whole cluster in one thread from one seed; scenarios and checkers.
