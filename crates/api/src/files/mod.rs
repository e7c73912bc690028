//! Where files are kept: a local folder by default, an S3-compatible store by setting.

pub mod media;
pub mod upload;

use std::{path::Path, sync::Arc};

use anyhow::Context;
use object_store::{
    ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem, path::Path as ObjectPath, prefix::PrefixStore,
};

use crate::config::Config;

/// Opens the store that the settings name.
pub fn open(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let Some(place) = &config.files else { return folder(&config.data.data_dir.join("files")) };
    let Some(rest) = place.strip_prefix("s3://") else { return folder(Path::new(place)) };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .build()
        .with_context(|| format!("the store {place} cannot be opened; check the AWS_… variables"))?;
    if prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(PrefixStore::new(store, ObjectPath::from(prefix))))
}

fn folder(path: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    std::fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
    let store = LocalFileSystem::new_with_prefix(path)
        .with_context(|| format!("cannot keep files in {}", path.display()))?
        .with_automatic_cleanup(true)
        .with_fsync(true);
    Ok(Arc::new(store))
}
