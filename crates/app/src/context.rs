//! What every use-case is given: the database, the time, new ids, and what the operator allows.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use greenroom_core::Result;
use greenroom_core::artifact::ArtifactPolicy;
use greenroom_core::run::LongValues;
use greenroom_core::source::SourcePolicy;
use greenroom_core::stage::{StageDefinitions, document};
use greenroom_store::{Db, Tx, stage_definitions};

use crate::artifact::ArtifactStore;

/// Tells the time in Unix milliseconds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that answers with `now`.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        Self::new(|| {
            let since =
                std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

/// Makes new ids.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn() -> String + Send + Sync>);

impl Ids {
    /// Ids from `next`, which never gives one twice.
    pub fn new(next: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    /// UUIDs of version 7: unique anywhere, and they sort by the time they were made.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    pub fn random() -> Self {
        Self::new(|| uuid::Uuid::now_v7().simple().to_string())
    }

    /// A new id.
    pub fn next(&self) -> String {
        (self.0)()
    }
}

/// What the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// What sources versions may have.
    pub sources: SourcePolicy,
    /// Where artifacts go.
    pub artifacts: ArtifactPolicy,
    /// What becomes of params and tags that are too long.
    pub long_values: LongValues,
}

/// The world as a use-case sees it; cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<World>);

/// What is in a [`Context`].
pub struct World {
    /// The state.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// What sources versions may have.
    pub sources: SourcePolicy,
    /// Where artifacts go.
    pub artifacts: ArtifactPolicy,
    /// What becomes of params and tags that are too long.
    pub long_values: LongValues,
    /// The one place where artifacts are kept; none until [`Context::with_artifacts`].
    pub(crate) artifact_store: Option<ArtifactStore>,
    /// The definitions read last; good as long as their revision is the one in force.
    definitions: RwLock<Arc<StageDefinitions>>,
}

impl Deref for Context {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl Context {
    /// A context over this database.
    pub fn new(db: Db, clock: Clock, ids: Ids, policy: Policy) -> Self {
        let Policy { sources, artifacts, long_values } = policy;
        Self(Arc::new(World {
            db,
            clock,
            ids,
            sources,
            artifacts,
            long_values,
            artifact_store: None,
            definitions: RwLock::default(),
        }))
    }

    /// The same world with a place for artifacts, which is the policy's destination.
    #[must_use]
    pub fn with_artifacts(&self, artifacts: ArtifactPolicy, store: ArtifactStore) -> Self {
        Self(Arc::new(World {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            sources: self.sources.clone(),
            artifacts,
            long_values: self.long_values,
            artifact_store: Some(store),
            definitions: RwLock::new(self.known_definitions()),
        }))
    }

    /// The stage definitions read last: whoever uses them has to see to it that their revision is in force.
    pub(crate) fn known_definitions(&self) -> Arc<StageDefinitions> {
        Arc::clone(&self.definitions.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The stage definitions in force, as this transaction sees them.
    pub(crate) async fn definitions(&self, tx: &mut Tx<'_>) -> Result<Arc<StageDefinitions>> {
        let revision = stage_definitions::revision(tx).await?;
        let cached = self.known_definitions();
        if cached.revision == revision {
            return Ok(cached);
        }
        let text = stage_definitions::document(tx, revision).await?.unwrap_or_default();
        let fresh = Arc::new(document::parse(&text, revision)?);
        *self.definitions.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}
