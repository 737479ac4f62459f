//! The event log: chained, complete, and telling on who touches it.

use greenroom_app::event;
use greenroom_core::event::Position;

use crate::support::{contract, run_sql, transition};

contract! {
    async fn every_change_is_in_the_feed_and_the_chains_hold(world) {
        world.model_with("a", 3).await;
        world.model_with("b", 2).await;
        transition(&world.cx, "a", 1, "Production", false).await.unwrap();
        transition(&world.cx, "a", 2, "Production", true).await.unwrap();
        world.tick(-5_000);
        transition(&world.cx, "a", 3, "Production", true).await.unwrap();
        let feed = world.feed().await;
        assert_eq!(feed.len(), 12);
        assert!(feed.windows(2).all(|w| w[0].position < w[1].position));
        let history = world.history("a").await;
        assert!(history.windows(2).all(|w| w[0].at <= w[1].at), "a clock that goes back does not reorder");
        assert_eq!(world.faults().await, Vec::<String>::new());
        // All of it was read, so all of it has settled.
        let newest = event::newest(&world.cx).await.unwrap();
        assert_eq!(Some(newest), feed.last().map(|e| e.position));
        assert_eq!(event::feed(&world.cx, newest, 10).await.unwrap(), []);
        assert_eq!(event::feed(&world.cx, Position::default(), 2).await.unwrap(), feed[..2]);
    }

    async fn a_history_pages_newest_first(world) {
        world.model_with("a", 4).await;
        let (first, next) = event::history(&world.cx, "a".into(), None, 3, None).await.unwrap();
        let (second, end) = event::history(&world.cx, "a".into(), None, 3, next.as_deref()).await.unwrap();
        let sequences: Vec<i64> = first.iter().chain(&second).map(|e| e.sequence).collect();
        assert_eq!((sequences, end), (vec![5, 4, 3, 2, 1], None));
        let (about, _) = event::history(&world.cx, "a".into(), Some(2), 10, None).await.unwrap();
        assert_eq!(about.iter().map(|e| e.version).collect::<Vec<_>>(), [Some(2)]);
    }

    async fn an_edited_event_is_found(world) {
        world.model_with("a", 3).await;
        run_sql(&world.uri, "UPDATE events SET actor = 'somebody else' WHERE sequence = 2").await;
        assert_eq!(world.faults().await.len(), 4, "the event itself, the two that cannot follow it, the end not reached");
    }

    async fn a_removed_event_is_found(world) {
        world.model_with("a", 3).await;
        run_sql(&world.uri, "DELETE FROM events WHERE sequence = 4").await;
        assert_eq!(world.faults().await.len(), 1, "the end of the chain is missing");
    }

    async fn reordered_events_are_found(world) {
        world.model_with("a", 3).await;
        run_sql(&world.uri, "UPDATE events SET sequence = 9 WHERE sequence = 2; UPDATE events SET sequence = 2 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 9").await;
        assert!(!world.faults().await.is_empty());
    }
}
