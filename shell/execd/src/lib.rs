//! The hands: spawns agents for the brain and outlives it.
