//! What belongs to a resource: its items and its files.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// One thing that can be had at a time.
#[derive(Debug, Clone, FromRow)]
pub struct Item {
    /// Identity.
    pub id: Uuid,
    /// Its number, from 1.
    pub number: i32,
    /// What is written on it.
    pub label: String,
    /// Whether it can be had.
    pub in_service: bool,
    /// Why it cannot, or what it lacks.
    pub note: String,
}

/// A file of a resource.
#[derive(Debug, Clone, FromRow)]
pub struct File {
    /// Identity.
    pub id: Uuid,
    /// What it is called.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256, hex.
    pub digest: String,
    /// Where it is kept.
    pub object_key: String,
    /// Account that added it.
    pub uploaded_by: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// The items of a resource, by number.
pub async fn items(tx: &mut Tx, resource: Uuid) -> Result<Vec<Item>> {
    Ok(sqlx::query_as(
        "SELECT id, number, label, in_service, note FROM resource_item WHERE resource_id = $1 ORDER BY number",
    )
    .bind(resource)
    .fetch_all(&mut **tx)
    .await?)
}

fn label_taken() -> ApiError {
    ApiError::conflict("label_taken", "Another item of the resource has this label. Give each a label of its own.")
}

/// Adds items to a resource that is locked.
pub async fn add_items(tx: &mut Tx, resource: Uuid, items: &[Item]) -> Result<()> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
    let numbers: Vec<i32> = items.iter().map(|item| item.number).collect();
    let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    sqlx::query(
        "INSERT INTO resource_item (id, resource_id, number, label)
         SELECT new.id, $1, new.number, new.label FROM unnest($2::uuid[], $3::int[], $4::text[]) new (id, number, label)",
    )
    .bind(resource)
    .bind(ids)
    .bind(numbers)
    .bind(labels)
    .execute(&mut **tx)
    .await
    .on_constraint("resource_item_label_once", label_taken)?;
    Ok(())
}

/// Writes an item of a resource that is locked.
pub async fn change_item(tx: &mut Tx, item: &Item) -> Result<()> {
    sqlx::query("UPDATE resource_item SET label = $2, in_service = $3, note = $4 WHERE id = $1")
        .bind(item.id)
        .bind(&item.label)
        .bind(item.in_service)
        .bind(&item.note)
        .execute(&mut **tx)
        .await
        .on_constraint("resource_item_label_once", label_taken)?;
    Ok(())
}

/// The files of a resource, in the order of their coming.
pub async fn files(tx: &mut Tx, resource: Uuid) -> Result<Vec<File>> {
    Ok(sqlx::query_as("SELECT * FROM resource_file WHERE resource_id = $1 ORDER BY id")
        .bind(resource)
        .fetch_all(&mut **tx)
        .await?)
}

/// One file of a resource.
pub async fn file(tx: &mut Tx, resource: Uuid, id: Uuid) -> Result<File> {
    sqlx::query_as("SELECT * FROM resource_file WHERE resource_id = $1 AND id = $2")
        .bind(resource)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("file"))
}

/// Adds a file.
pub async fn add_file(tx: &mut Tx, resource: Uuid, file: &File) -> Result<()> {
    sqlx::query(
        "INSERT INTO resource_file (id, resource_id, file_name, media_type, bytes, digest, object_key, uploaded_by,
                                    uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(file.id)
    .bind(resource)
    .bind(&file.file_name)
    .bind(&file.media_type)
    .bind(file.bytes)
    .bind(&file.digest)
    .bind(&file.object_key)
    .bind(file.uploaded_by)
    .bind(file.uploaded_at)
    .execute(&mut **tx)
    .await
    .on_constraint("resource_file_resource_id_digest_key", || {
        ApiError::conflict("file_exists", "This very file is there already.")
    })?;
    Ok(())
}

/// Removes a file.
pub async fn remove_file(tx: &mut Tx, id: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM resource_file WHERE id = $1").bind(id).execute(&mut **tx).await?;
    Ok(())
}
