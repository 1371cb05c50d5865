//! The listener and its connections: how many, how long a head may take, and the end.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderValue, Response, StatusCode};
use futures_util::future::{self, Either};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::error::HttpError;
use crate::origin::Peer;
use crate::pages::{App, Pages, Reach};
use crate::tls::Shown;

/// Connections at once; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 1_024;
/// A connection that sends no whole head within this is closed.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// What the system holds for a connection that does not read.
const SEND_BYTES: usize = 256 * 1_024;
/// A connection that takes nothing of what is sent to it for so long is closed by the system.
#[cfg(target_os = "linux")]
const STALL_TIME: Duration = Duration::from_secs(20);
/// What is being answered when we stop may take this long.
const DRAIN_TIME: Duration = Duration::from_secs(3);
/// Histograms are folded this often, scraped or not.
const UPKEEP: Duration = Duration::from_secs(5);
/// Pause after the system had no descriptor left for a connection.
const BREATH: Duration = Duration::from_millis(100);
/// How a connection that speaks TLS begins (RFC 8446 §5.1: a record of type handshake).
const HANDSHAKE: u8 = 22;

/// Listens for pages and API.
///
/// # Errors
/// When the address cannot be had; the message says which setting to change.
pub fn bind(address: SocketAddr) -> Result<TcpListener, HttpError> {
    TcpListener::bind(address).map_err(|source| HttpError::Listen { address, source })
}

/// Offers pages and API until `stop` is over, then lets what is being answered end. With a certificate
/// over TLS alone: whoever comes without it is sent to where they should have gone.
///
/// # Errors
/// When the listener cannot be used or the token is empty.
pub async fn serve(
    listener: TcpListener,
    app: App,
    tls: Option<Shown>,
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
                    let router = router.clone();
                    let talk = match &tls {
                        None => Either::Left(converse(router, stream, Peer { address: peer, is_tls: false }, graceful.watcher())),
                        Some(shown) => {
                            let acceptor = TlsAcceptor::from(shown.borrow().config());
                            let watcher = graceful.watcher();
                            Either::Right(converse_secretly(router, stream, peer, acceptor, watcher))
                        }
                    };
                    connections.spawn(async move {
                        talk.await;
                        drop(place);
                    });
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
    let socket = SockRef::from(&stream);
    socket.set_send_buffer_size(SEND_BYTES)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(STALL_TIME))?;
    Ok((stream, peer, place))
}

fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    router: Router,
    stream: S,
    peer: Peer,
    watcher: Watcher,
) -> impl Future<Output = ()> + Send + 'static {
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    let connection = watcher.watch(connection);
    async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the pages broke");
        }
    }
}

/// The same over TLS.
async fn converse_secretly(
    router: Router,
    stream: TcpStream,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    watcher: Watcher,
) {
    let opening = async {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            return Ok(Opened::Plainly(stream));
        }
        acceptor
            .accept(stream)
            .await
            .map(|it| Opened::Secretly(Box::new(it)))
    };
    match tokio::time::timeout(HEAD_TIME, opening).await {
        Ok(Ok(Opened::Secretly(stream))) => {
            let is_tls = true;
            converse(router, stream, Peer { address, is_tls }, watcher).await;
        }
        Ok(Ok(Opened::Plainly(stream))) => send_to_tls(stream, watcher).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection to the pages began without TLS"),
        Err(_late) => tracing::debug!("a connection to the pages took too long to begin"),
    }
}

enum Opened {
    Secretly(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    Plainly(TcpStream),
}

/// Somebody typed the address without `https`: nothing is answered but where to go.
async fn send_to_tls(stream: TcpStream, watcher: Watcher) {
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let host = request.headers().get(HOST).and_then(|it| it.to_str().ok());
        let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
        let to = host.map(|host| format!("https://{host}{path}"));
        let answer = match to.and_then(|to| HeaderValue::from_str(&to).ok()) {
            Some(to) => Response::builder()
                .status(StatusCode::PERMANENT_REDIRECT)
                .header(LOCATION, to),
            None => Response::builder().status(StatusCode::BAD_REQUEST),
        };
        future::ready(answer.body(Body::empty()))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection to the pages broke");
    }
}
