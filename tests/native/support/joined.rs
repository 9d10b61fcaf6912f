//! Both replicas of one user over any line to the servers, as a browser joins them: what
//! whole-engine tests begin with.

use crate::support::graph_setup::{Known, LINK};
use crate::support::memory::{Silence, words};
use crate::support::world::{CREATIO, GRAPH, World};
use chrono_tz::Tz;
use schedule_sync::creatio::{Creatio, Site};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::context::Words;
use schedule_sync::ews::Ews;
use schedule_sync::exchange::Exchange;
use schedule_sync::graph::{Graph, GraphMailbox};
use schedule_sync::model::Address;
use schedule_sync::ports::{Clock, Credentials, Http};
use schedule_sync::run::world::Parts;
use std::rc::Rc;

/// The ends that a user joins; in Moscow, unless told.
pub(crate) struct Joined<P> {
    creatio: Creatio<P>,
    pub(crate) exchange: Exchange<P>,
    pub(crate) account: Account,
    pub(crate) line: Rc<P>,
    zone: Known,
    words: Words,
}

impl<P: Http + Clock + Credentials> Joined<P> {
    /// The ends of the user of `world`, reached over `line`.
    pub(crate) fn new(world: &World, line: Rc<P>) -> Self {
        Self::on("site", world, line)
    }

    /// The same on the installation named `name`.
    pub(crate) fn on(name: &str, world: &World, line: Rc<P>) -> Self {
        Self::within((Tz::Europe__Moscow, "Russian Standard Time"), name, world, line)
    }

    /// The same for a user in another zone.
    pub(crate) fn within((tz, windows): (Tz, &'static str), name: &str, world: &World, line: Rc<P>) -> Self {
        let contact = world.contact();
        let zone = Rc::new(Known(tz, windows));
        let site = Site {
            base: CREATIO.trim_end_matches("/odata").to_owned(),
            id: name.into(),
            contact: contact.as_str().into(),
            zone: zone.clone(),
        };
        let mailbox = GraphMailbox {
            base: GRAPH.to_owned(),
            address: Address::parse(world.mailbox).unwrap(),
            aliases: Default::default(),
            site: name.into(),
            deep_link: LINK.to_owned(),
            zone: zone.clone(),
        };
        let exchange = if world.is_served_there() {
            let own = crate::support::ews_setup::of(world.mailbox);
            Exchange::Server(Ews::new(
                Rc::clone(&line),
                schedule_sync::ews::EwsMailbox { site: name.into(), zone, ..own },
            ))
        } else {
            Exchange::Cloud(Graph::new(Rc::clone(&line), mailbox))
        };
        let silent = exchange.is_silent();
        let mailbox = world.mailbox.to_owned();
        Self {
            creatio: Creatio::new(Rc::clone(&line), site),
            exchange,
            account: Account { site: name.into(), mailbox, contact: contact.as_str().into(), silent },
            line,
            zone: Known(tz, windows),
            words: words(),
        }
    }

    /// As a run sees them, with `store`.
    pub(crate) fn parts<'a, S>(&'a self, store: &'a S) -> Parts<'a, Creatio<P>, Exchange<P>, S, P, Silence> {
        self.through((&self.creatio, &self.exchange), store, &Silence)
    }

    /// Both replicas.
    pub(crate) const fn replicas(&self) -> (&Creatio<P>, &Exchange<P>) {
        (&self.creatio, &self.exchange)
    }

    /// As a run sees them that reaches both sides through others, with `store`, heard by `events`.
    pub(crate) fn through<'a, C, X, S, E>(
        &'a self,
        (creatio, exchange): (&'a C, &'a X),
        store: &'a S,
        events: &'a E,
    ) -> Parts<'a, C, X, S, P, E> {
        Parts {
            creatio,
            exchange,
            store,
            clock: self.line.as_ref(),
            events,
            zone: &self.zone,
            account: &self.account,
            words: &self.words,
        }
    }
}
