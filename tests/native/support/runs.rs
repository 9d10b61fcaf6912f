//! Runs as a careful person has them: whenever a plan is to be seen first, they see it and want all
//! of it.

use schedule_sync::error::Result;
use schedule_sync::run::{self, Ended, Report, World};

/// A run that nobody looks at, but for the first one of an account.
pub(crate) async fn run<W: World>(world: &W) -> Result<Report> {
    match run::run(world).await? {
        Ended::Written(report) => Ok(report),
        Ended::Unseen(planned) => run::apply::apply(world, planned.approved()).await,
    }
}

/// A run of which a person has seen the plan.
pub(crate) async fn run_seen<W: World>(world: &W) -> Result<Report> {
    let planned = run::plan(world).await?;
    run::stands(world, &planned).await?;
    run::apply::apply(world, planned.approved()).await
}
