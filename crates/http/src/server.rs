//! The listener and its connections: how many, how long a head may take, and the end.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tower::ServiceExt as _;

use crate::access::Peer;
use crate::error::HttpError;
use crate::pages::{App, Pages, Reach};

/// Connections at once; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 1_024;
/// A connection that sends no whole head within this is closed.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// What is being answered when we stop may take this long.
const DRAIN_TIME: Duration = Duration::from_secs(3);
/// Histograms are folded this often, scraped or not.
const UPKEEP: Duration = Duration::from_secs(5);
/// Pause after the system had no descriptor left for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// Listens for pages and API.
///
/// # Errors
/// When the address cannot be had; the message says which setting to change.
pub fn bind(address: SocketAddr) -> Result<TcpListener, HttpError> {
    TcpListener::bind(address).map_err(|source| HttpError::Listen { address, source })
}

/// Offers pages and API until `stop` is over, then lets what is being answered end.
///
/// # Errors
/// When the listener cannot be used or the token is empty.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), HttpError> {
    listener
        .set_nonblocking(true)
        .map_err(HttpError::Listener)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(HttpError::Listener)?;
    let reach = Reach::of(listener.local_addr().map_err(HttpError::Listener)?);
    let metrics = app.metrics.clone();
    let pages = Pages::new(app, reach)?;
    let router = pages.router();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut upkeep = tokio::time::interval(UPKEEP);
    upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = upkeep.tick() => metrics.run_upkeep(),
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    connections.spawn(converse(router.clone(), stream, peer, &graceful, place));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the pages was not accepted");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
    drop(listener);
    pages.close();
    if tokio::time::timeout(DRAIN_TIME, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            connections = connections.len(),
            "cut connections to the pages at the end"
        );
    }
    connections.shutdown().await;
    Ok(())
}

async fn accept(
    listener: &tokio::net::TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

fn converse(
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    graceful: &GracefulShutdown,
    place: OwnedSemaphorePermit,
) -> impl Future<Output = ()> + Send + 'static {
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the pages broke");
        }
        drop(place);
    }
}
