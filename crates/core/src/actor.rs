//! Who asks, as far as the server knows.

/// The origin of a request, recorded with every change it makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// The user's name; empty while the server has no way to know it.
    pub name: String,
    /// The client's `User-Agent`, cut to 500 characters.
    pub user_agent: String,
}

impl Actor {
    /// An actor known only by the program it used.
    pub fn anonymous(user_agent: &str) -> Self {
        Self { name: String::new(), user_agent: user_agent.chars().take(500).collect() }
    }
}
