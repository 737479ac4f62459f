//! Overhears what the store logs: its statements are its own, a test that asks for their plans has to listen.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};

/// One event.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) message: String,
    /// What was bound, as `Debug` writes it.
    pub(crate) params: String,
}

/// Keeps what is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Vec<Heard>>>);

impl Listener {
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Message(String, String);
        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                match field.name() {
                    "message" => write!(self.0, "{value:?}").expect("a string takes everything"),
                    "params" => write!(self.1, "{value:?}").expect("a string takes everything"),
                    _ => {}
                }
            }
        }
        let mut message = Message(String::new(), String::new());
        event.record(&mut message);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Heard { message: message.0, params: message.1 });
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}
